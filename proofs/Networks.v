(** Networks as data: what exported files state (docs/proofs.md). Layers whose neurons act one by one, synapses
    whose energy is bilinear in activations, all numbers rational. The meaning is that of docs/core.md. *)
From Coq Require Import Reals Qreals List Bool Arith.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Existence.
From Coq Require Import QArith_base.
Import ListNotations.
Open Scope R_scope.

(** ** Numbers *)
Definition numbers := list Q.
Definition matrix := nat -> nat -> Q.
Definition at_ (v : numbers) (i : nat) : Q := nth i v 0%Q.
(** Whole numbers over a common denominator. *)
Definition over (d : positive) (W : list (list Z)) : list numbers := map (map (fun z => Qmake z d)) W.
Definition rows (W : list numbers) : matrix := fun i j => at_ (nth i W []) j.
Definition transpose (W : matrix) : matrix := fun i j => W j i.
Definition diagonal (w : numbers) : matrix := fun i j => if Nat.eqb i j then at_ w i else 0%Q.
(** Xi^T Xi, for patterns xi that are the rows of Xi; and the same with zeros on the diagonal. *)
Definition gram (Xi : list numbers) : matrix :=
  fun i j => fold_right (fun xi total => at_ xi i * at_ xi j + total)%Q 0%Q Xi.
Definition hollow (W : matrix) : matrix := fun i j => if Nat.eqb i j then 0%Q else W i j.

(** ** Layers and synapses *)
Record layer := Layer { size : nat; tau : numbers; leak : numbers; bias : numbers; L : R -> R; g : R -> R }.

(** factor W, from the activations of one layer to the neurons of another; layers count from 0. *)
Record block := Block { into : nat; factor : Q; weights : matrix; from : nat }.

(** S = factor gamma_into . W gamma_from, and the drive: what is added to tau x' of the layers. *)
Record synapse := Synapse { form : block; drive : list block }.

(** The drive -grad S. That it is, [drive_is_gradient] states. *)
Definition minus_gradient (b : block) : list block :=
  [Block (into b) (- factor b) (weights b) (from b);
   Block (from b) (- factor b) (transpose (weights b)) (into b)].
Record network := Network { layers : list layer; synapses : list synapse }.

(** ** All neurons in a row: those of layer 0, then those of layer 1, and so on *)
Definition number_of (sizes : list nat) : nat := list_sum sizes.

(** The neuron of layer k that is neuron i of the row, if it is one. *)
Fixpoint inside (sizes : list nat) (k i : nat) : option nat := match sizes, k with
  | [], _ => None
  | m :: _, O => if Nat.ltb i m then Some i else None
  | m :: rest, S k => if Nat.ltb i m then None else inside rest k (i - m) end.

Fixpoint of_neuron {A} (f : layer -> nat -> A) (other : A) (ls : list layer) (i : nat) : A :=
  match ls with [] => other
  | l :: rest => if Nat.ltb i (size l) then f l i else of_neuron f other rest (i - size l) end.

Definition total {A} (f : A -> R) (l : list A) : R := fold_right (fun a rest => f a + rest) 0 l.

Section Synapses.
Variable sizes : list nat.
Notation n := (number_of sizes).

(** The weight that a block gives from neuron j to neuron i of the row. *)
Definition weight (b : block) (i j : nat) : Q :=
  match inside sizes (into b) i, inside sizes (from b) j with
  | Some i, Some j => (factor b * weights b i j)%Q | _, _ => 0%Q end.

(** S, and what a synapse drives neuron i by, both functions of all activations. *)
Definition value (s : synapse) (gamma : vec) : R :=
  sum n (fun i => sum n (fun j => Q2R (weight (form s) i j) * gamma i * gamma j)).
Definition driven (s : synapse) (gamma : vec) (i : nat) : R :=
  total (fun b => sum n (fun j => Q2R (weight b i j) * gamma j)) (drive s).

Definition drive_is_gradient (s : synapse) : Prop := gradient n (value s) (fun gamma i => - driven s gamma i).
Definition drive_is_lipschitz (s : synapse) : Prop := exists K, 0 <= K /\ forall gamma delta i,
  (i < n)%nat -> Rabs (driven s delta i - driven s gamma i) <= K * Model.dist n gamma delta.
End Synapses.

Section Network.
Variable N : network.
Notation sizes := (map size (layers N)).
Notation n := (number_of sizes).

Definition times (i : nat) : R := Q2R (of_neuron (fun l => at_ (tau l)) 1%Q (layers N) i).
Definition leaks (i : nat) : R := Q2R (of_neuron (fun l => at_ (leak l)) 1%Q (layers N) i).
Definition biases (i : nat) : R := Q2R (of_neuron (fun l => at_ (bias l)) 0%Q (layers N) i).
Definition activation (i : nat) : R -> R := of_neuron (fun l _ => g l) (fun u => u) (layers N) i.
Definition lagrangian (i : nat) : R -> R := of_neuron (fun l _ => L l) (fun u => u ^ 2 / 2) (layers N) i.
Definition activations (x : vec) : vec := fun i => activation i (x i).

(** E = sum_i [rho_i (x_i g_i - L_i) - b_i g_i] + sum S *)
Definition energy (x : vec) : R :=
  sum n (fun i => leaks i * (x i * activations x i - lagrangian i (x i)) - biases i * activations x i)
  + total (fun s => value sizes s (activations x)) (synapses N).

(** tau_i x_i' = drive + b_i - rho_i x_i *)
Definition net_drive (x : vec) : vec := fun i =>
  total (fun s => driven sizes s (activations x) i) (synapses N) + biases i - leaks i * x i.
Definition flow (x : vec) : vec := fun i => net_drive x i / times i.

(** From every state there is exactly one solution, and along it the energy never increases. *)
Definition descends : Prop := forall x0, exists x, the_solution n flow x0 x /\
  forall s t, 0 <= s <= t -> energy (x t) <= energy (x s).

(** An equilibrium. *)
Definition rests (x : vec) : Prop := forall i, (i < n)%nat -> net_drive x i = 0.

(** A solution, in which neurons with tau = 0 follow the others at once. *)
Definition moves (x : R -> vec) : Prop := forall t, 0 <= t -> forall i, (i < n)%nat ->
  (0 < times i -> is_derive (fun s => x s i) t (flow (x t) i)) /\ (times i = 0 -> net_drive (x t) i = 0).
Definition converges (x : R -> vec) (xs : vec) : Prop := forall eps, 0 < eps ->
  exists t1, 0 <= t1 /\ forall t, t1 <= t -> forall i, (i < n)%nat -> Rabs (x t i - xs i) < eps.

(** There are no two equilibria. *)
Definition one_at_most : Prop := forall x y, rests x -> rests y -> agree n x y.
(** There is exactly one; from every state of the neurons with tau > 0 there is a solution; all converge to it. *)
Definition globally_stable : Prop := exists xs, rests xs /\ (forall y, rests y -> agree n xs y) /\
  (forall x0, exists x, moves x /\ forall i, (i < n)%nat -> 0 < times i -> x 0 i = x0 i) /\
  forall x, moves x -> converges x xs.

(** Lists of states, of which no two are the same: the equilibria are these; these are equilibria. *)
Definition state (v : numbers) : vec := fun i => Q2R (at_ v i).
Definition different (list : list numbers) : Prop := ForallOrdPairs (fun v w => ~ agree n (state v) (state w)) list.
Definition rests_exactly_at (list : list numbers) : Prop :=
  (forall x, rests x <-> exists v, In v list /\ agree n (state v) x) /\ different list.
Definition rests_at (list : list numbers) : Prop := List.Forall (fun v => rests (state v)) list /\ different list.

(** Lists of boxes, each an interval for every neuron. Each box has exactly one equilibrium, and no state is in two
    of them; there are no other equilibria. *)
Definition lies_in (B : list (Q * Q)) (x : vec) : Prop := forall i, (i < n)%nat ->
  Q2R (fst (nth i B (0, 0)%Q)) <= x i <= Q2R (snd (nth i B (0, 0)%Q)).
Definition rests_once_in (B : list (Q * Q)) : Prop :=
  exists x, rests x /\ lies_in B x /\ forall y, rests y -> lies_in B y -> agree n x y.
Definition rests_in (boxes : list (list (Q * Q))) : Prop :=
  List.Forall rests_once_in boxes /\ ForallOrdPairs (fun A B => forall x, lies_in A x -> ~ lies_in B x) boxes.
Definition rests_exactly_in (boxes : list (list (Q * Q))) : Prop :=
  rests_in boxes /\ forall x, rests x -> exists B, In B boxes /\ lies_in B x.

(** Solutions from states near v approach it like e^(-t/k), in the distance from it. *)
Definition away (v x : vec) : R := sum n (fun i => (x i - v i) * (x i - v i)).
Definition attracts_nearby (v : vec) : Prop := exists near C k, 0 < near /\ 0 < k /\
  forall x0, away v x0 <= near -> exists x, the_solution n flow x0 x /\
    forall t, 0 <= t -> away v (x t) <= C * away v x0 * exp (- / k * t).
(** v is an equilibrium of this kind; the box has exactly one equilibrium, which is of this kind. *)
Definition exponentially_stable (v : numbers) : Prop := rests (state v) /\ attracts_nearby (state v).
Definition exponentially_stable_in (B : list (Q * Q)) : Prop :=
  rests_once_in B /\ forall x, rests x -> lies_in B x -> attracts_nearby x.

(** Every solution is bounded, and from some time on between lows and highs. *)
Definition bounded_by (lows highs : numbers) : Prop := forall x, moves x ->
  (exists M, forall t i, 0 <= t -> (i < n)%nat -> Rabs (x t i) <= M) /\
  exists t1, 0 <= t1 /\ forall t, t1 <= t -> forall i, (i < n)%nat -> Q2R (at_ lows i) < x t i < Q2R (at_ highs i).

(** No state has every solution converge to it. *)
Definition nothing_attracts_everything : Prop := forall xs, ~ forall x, moves x -> converges x xs.
End Network.

(** ** Single layers and matrices *)

(** L is the sum over the neurons. *)
Definition convex_layer (n : nat) (L : R -> R) : Prop := forall x y s, 0 <= s <= 1 ->
  sum n (fun i => L ((1 - s) * x i + s * y i))
    <= (1 - s) * sum n (fun i => L (x i)) + s * sum n (fun i => L (y i)).
Definition gradient_of_L (L g : R -> R) : Prop := forall u, is_derive L u (g u).
Definition lipschitz_activation (g : R -> R) : Prop := exists K, 0 <= K /\
  forall u v, Rabs (g v - g u) <= K * Rabs (v - u).

(** g has one value on all of an interval, which may have no end below or above. *)
Definition within (low high : option R) (u : R) : Prop :=
  match low with Some a => a <= u | None => True end /\ match high with Some b => u <= b | None => True end.
Definition constant_on (g : R -> R) (low high : option R) : Prop :=
  forall u v, within low high u -> within low high v -> g u = g v.

Definition is_symmetric (n : nat) (W : matrix) : Prop := forall i j, (i < n)%nat -> (j < n)%nat ->
  Q2R (W i j) = Q2R (W j i).

(** How many pairs i < j differ. *)
Definition unequal_pairs (n : nat) (W : matrix) : nat := length (filter
  (fun p => Nat.ltb (fst p) (snd p) && negb (Qeq_bool (W (fst p) (snd p)) (W (snd p) (fst p))))%bool
  (list_prod (seq 0 n) (seq 0 n))).
(** The entries at (i, j) and (j, i) are a and b, which differ; so do count pairs in all. *)
Definition is_not_symmetric (n : nat) (W : matrix) (i j : nat) (a b : Q) (count : nat) : Prop :=
  (i < n)%nat /\ (j < n)%nat /\ Q2R (W i j) = Q2R a /\ Q2R (W j i) = Q2R b /\ Q2R a <> Q2R b /\
  unequal_pairs n W = count.
(** DW is symmetric for D = diag(d), d > 0; no such d exists. *)
Definition symmetrises (n : nat) (d : numbers) (W : matrix) : Prop :=
  forall i j, (i < n)%nat -> (j < n)%nat ->
  0 < Q2R (at_ d i) /\ Q2R (at_ d i) * Q2R (W i j) = Q2R (at_ d j) * Q2R (W j i).
Definition not_symmetrisable (n : nat) (W : matrix) : Prop := forall d : vec,
  (forall i, (i < n)%nat -> 0 < d i) ->
  ~ forall i j, (i < n)%nat -> (j < n)%nat -> d i * Q2R (W i j) = d j * Q2R (W j i).

Definition semidefinite (n : nat) (H : nat -> nat -> R) : Prop :=
  (forall i j, (i < n)%nat -> (j < n)%nat -> H i j = H j i) /\
  forall v, 0 <= sum n (fun i => sum n (fun j => v i * H i j * v j)).
(** What the Hessian of a layer is: any matrix, or a diagonal one if the neurons act one by one. *)
Definition of_a_layer (H : nat -> nat -> R) : Prop := True.
Definition of_single_neurons (H : nat -> nat -> R) : Prop := forall i j, i <> j -> H i j = 0.
(** v^T T H v >= 0 for every semidefinite Hessian that is meant. *)
Definition compatible (n : nat) (tau : numbers) (meant : (nat -> nat -> R) -> Prop) : Prop :=
  forall H, meant H -> semidefinite n H ->
  forall v, 0 <= sum n (fun i => sum n (fun j => v i * Q2R (at_ tau i) * H i j * v j)).
